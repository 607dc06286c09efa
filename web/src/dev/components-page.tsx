import { Inbox, Plus, Trash2 } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { ApiError } from "@/api/error";
import { Avatar } from "@/components/avatar";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { FixedChip } from "@/components/chip";
import { ChoiceGroup } from "@/components/choice-group";
import { Combobox, Select } from "@/components/combobox";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { CopyButton } from "@/components/copy-button";
import { Dialog } from "@/components/dialog";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Fact, Facts } from "@/components/facts";
import { Field, Input, Textarea } from "@/components/field";
import { FilterChip } from "@/components/filter-chip";
import { IconButton } from "@/components/icon-button";
import { Kbd } from "@/components/kbd";
import { Menu, MenuHeading, MenuItem, MenuSeparator } from "@/components/menu";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { PresenceDot } from "@/components/presence-dot";
import { RelativeTime } from "@/components/relative-time";
import { SearchField } from "@/components/search-field";
import { Section } from "@/components/section";
import { Skeleton, SkeletonRows } from "@/components/skeleton";
import { StatusBadge } from "@/components/status-badge";
import { Toasts } from "@/components/toasts";
import { TooltipProvider } from "@/components/tooltip";
import { setTheme, useTheme } from "@/lib/theme";
import { toastDone, toastFailed } from "@/lib/toast";
import { Tokens } from "./tokens";

const variants = ["primary", "secondary", "ghost", "danger"] as const;
const sizes = ["sm", "md", "lg"] as const;
const recent = new Date(Date.now() - 3 * 3_600_000).toISOString();
const options = ["Maria Lima", "Caio Reis", "Duda Alves"].map((label) => ({ value: label, label, hint: "Padaria Sol" }));
const long = "A very long name that does not fit into the room it has got, as such names never do";

/** Every token and component in its states, to look at. In development builds only, so its words are not translated. */
export function ComponentsPage() {
  useTitle("Components");
  const theme = useTheme();
  return (
    <TooltipProvider>
      <main className="flex h-full flex-col bg-surface">
        <PageHeader
          title="Components"
          actions={<Button onClick={() => setTheme(theme === "dark" ? "light" : "dark")}>Light or dark</Button>}
        />
        <PageBody>
          <div className="flex flex-col gap-6 px-4 py-5 md:px-5">
            <Tokens />
            <Buttons />
            <Signs />
            <Fields />
            <Choices />
            <Overlays />
            <States />
          </div>
        </PageBody>
      </main>
      <Toasts />
    </TooltipProvider>
  );
}

function Row({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-3">{children}</div>;
}

function Buttons() {
  return (
    <Section title="Buttons">
      <div className="flex flex-col gap-3">
        {variants.map((variant) => (
          <Row key={variant}>
            {sizes.map((size) => (
              <Button key={size} variant={variant} size={size}>
                <Plus aria-hidden />
                {`${variant} ${size}`}
              </Button>
            ))}
            <Button variant={variant} disabled>
              disabled
            </Button>
            <Button variant={variant} busy>
              busy
            </Button>
          </Row>
        ))}
        <Row>
          <IconButton label="Delete" shortcut="back">
            <Trash2 aria-hidden />
          </IconButton>
          <IconButton label="Delete, small" size="icon-sm">
            <Trash2 aria-hidden />
          </IconButton>
          <IconButton label="Delete, disabled" disabled>
            <Trash2 aria-hidden />
          </IconButton>
          <CopyButton value="K7QX" label="Copy the code" />
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </Row>
      </div>
    </Section>
  );
}

function Signs() {
  return (
    <Section title="Badges, presence, people, times">
      <div className="flex flex-col gap-3">
        <Row>
          {(["pending", "in_progress", "paused", "resolved"] as const).map((status) => (
            <StatusBadge key={status} status={status} />
          ))}
          <Badge>plain</Badge>
        </Row>
        <Row>
          {(["online", "stale", "offline", "unknown"] as const).map((presence) => (
            <PresenceDot key={presence} presence={presence} withLabel />
          ))}
        </Row>
        <Row>
          {["Maria Lima", "Caio", "Émile de la Tour"].map((name) => (
            <Avatar key={name} id={name} name={name} size="md" />
          ))}
          <RelativeTime value={recent} />
          <RelativeTime value="2026-01-05T12:00:00Z" />
        </Row>
        <Facts>
          <Fact label="Company">Padaria Sol</Fact>
          <Fact label="Device">{long}</Fact>
        </Facts>
      </div>
    </Section>
  );
}

function Fields() {
  const [text, setText] = useState("impressora");
  return (
    <Section title="Fields">
      <div className="grid max-w-3xl gap-4 sm:grid-cols-2">
        <Field label="Plain" hint="With a hint below">
          {(control) => <Input {...control} defaultValue="Ana Souza" />}
        </Field>
        <Field label="Required, and wrong" error="Not an e-mail address" required>
          {(control) => <Input {...control} defaultValue="ana@" />}
        </Field>
        <Field label="Empty">{(control) => <Input {...control} placeholder="ana@example.com" />}</Field>
        <Field label="Disabled">{(control) => <Input {...control} disabled defaultValue="ana@example.com" />}</Field>
        <Field label="Several lines">{(control) => <Textarea {...control} rows={3} defaultValue={long} />}</Field>
        <div>
          <SearchField label="Search" value={text} onChange={setText} />
        </div>
      </div>
    </Section>
  );
}

function Choices() {
  const [one, setOne] = useState<string | null>(null);
  const [group, setGroup] = useState("a");
  const [several, setSeveral] = useState<string[]>(["Caio Reis"]);
  const groups = ["a", "b", "c"].map((value) => ({ value, label: `Choice ${value}` }));
  return (
    <Section title="Choices">
      <div className="flex flex-col gap-3">
        <Row>
          <Combobox className="w-52" label="Person" placeholder="Person" options={options} value={one} onChange={setOne} clearable />
          <Combobox className="w-52" label="Nobody to choose" placeholder="Nobody" options={[]} value={null} onChange={setOne} />
          <Combobox className="w-52" label="Disabled" placeholder="Disabled" options={options} value={null} onChange={setOne} disabled />
          <Select className="w-52" label="Short list" placeholder="Short list" options={options} value={one} onChange={setOne} />
        </Row>
        <Row>
          <FilterChip label="Assignee" options={options} selected={several} onChange={setSeveral} searchable />
          <FilterChip label="Queue" options={options} selected={[]} onChange={() => {}} />
          <FixedChip label="Requester" value={long} onClear={() => {}} />
        </Row>
        <ChoiceGroup label="Group" value={group} onChange={setGroup} options={groups} />
      </div>
    </Section>
  );
}

function Overlays() {
  const [open, setOpen] = useState<"dialog" | "confirm" | null>(null);
  const close = () => setOpen(null);
  return (
    <Section title="What floats">
      <Row>
        <Button onClick={() => setOpen("dialog")}>Dialog</Button>
        <Button onClick={() => setOpen("confirm")}>Confirmation</Button>
        <Menu trigger={<Button>Menu</Button>}>
          <MenuHeading>Heading</MenuHeading>
          <MenuItem>Harmless</MenuItem>
          <MenuSeparator />
          <MenuItem danger>Dangerous</MenuItem>
        </Menu>
        <Button onClick={() => toastDone("Assigned to Ana Souza", { label: "Undo", run: () => {} })}>Toast</Button>
        <Button onClick={() => toastFailed("The server does not answer.", "request 0192")}>Failure</Button>
      </Row>
      <Dialog
        open={open === "dialog"}
        onOpenChange={(next) => !next && close()}
        title="A dialog"
        description="What it is about."
        footer={
          <Radix.Close asChild>
            <Button>Close</Button>
          </Radix.Close>
        }
      >
        {long}
      </Dialog>
      <ConfirmDialog
        open={open === "confirm"}
        onOpenChange={(next) => !next && close()}
        title="Delete the queue?"
        description="Its tickets move to the queue Chamados."
        verb="Delete"
        onConfirm={close}
      />
    </Section>
  );
}

function States() {
  return (
    <Section title="Loading, empty, failed">
      <Skeleton className="h-5 w-52" />
      <SkeletonRows rows={3} />
      <EmptyState icon={Inbox} title="No tickets" description="They come here." action={<Button>New ticket</Button>} />
      <ErrorState error={ApiError.unreachable()} retry={() => {}} />
      <ErrorState error={new ApiError(404, {})} />
    </Section>
  );
}
