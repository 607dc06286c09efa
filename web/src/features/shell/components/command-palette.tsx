import { useRouter } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Building2, LoaderCircle, type LucideIcon, Monitor, Search, Ticket, UserRound } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDialogFocus } from "@/lib/focus";
import { usePaletteActions } from "../hooks/use-palette-actions";
import { type FoundKind, useFind } from "../hooks/use-find";

interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const icons: Record<FoundKind, LucideIcon> = {
  tickets: Ticket,
  devices: Monitor,
  people: UserRound,
  companies: Building2,
};

/** Finds things and does things by typing. */
export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Opened onDone={() => onOpenChange(false)} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function Opened({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("shell");
  const focus = useDialogFocus();
  return (
    <>
      <div className="fixed inset-0 z-40 animate-appear bg-scrim" aria-hidden />
      <Radix.Content
        aria-describedby={undefined}
        {...focus}
        className="fixed inset-x-3 top-[max(0.75rem,12dvh)] z-40 mx-auto max-w-xl animate-rise overflow-hidden rounded-lg bg-raised shadow-float focus:outline-none"
      >
        <Radix.Title className="sr-only">{t("palette.title")}</Radix.Title>
        <Palette onDone={onDone} />
      </Radix.Content>
    </>
  );
}

function Palette({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("shell");
  const router = useRouter();
  const [text, setText] = useState("");
  const { groups, busy } = useFind(text);
  const wanted = text.trim().toLocaleLowerCase();
  const actions = usePaletteActions().filter((action) => action.label.toLocaleLowerCase().includes(wanted));
  const [pointed, setPointed] = useState("");
  const items = [
    ...groups.flatMap(({ kind, found }) => found.map(({ id }) => `${kind}:${id}`)),
    ...actions.map(({ id }) => `action:${id}`),
  ];
  // What was found may be gone with the next letter: then Enter means the first again.
  const selected = items.includes(pointed) ? pointed : (items[0] ?? "");
  const done = (run: () => void) => () => {
    onDone();
    run();
  };
  return (
    // Filtering is the server's, and the action list's above: what is here is shown.
    <Command label={t("palette.title")} shouldFilter={false} loop value={selected} onValueChange={setPointed}>
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        {busy ? (
          <LoaderCircle className="size-4 animate-spin text-ink-3" aria-hidden />
        ) : (
          <Search className="size-4 text-ink-3" aria-hidden />
        )}
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder={t("palette.placeholder")}
          className="h-12 w-full bg-transparent outline-none"
        />
      </div>
      <Command.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5" label={t("palette.results")}>
        {!busy && <Command.Empty className="py-8 text-center text-sm text-ink-3">{t("palette.empty")}</Command.Empty>}
        {groups.map(({ kind, found }) => {
          const Icon = icons[kind];
          return (
            found.length > 0 && (
              <Group key={kind} heading={t(`palette.${kind}`)}>
                {found.map((each) => (
                  <Item key={each.id} value={`${kind}:${each.id}`} onSelect={done(() => router.history.push(each.to))}>
                    <Icon aria-hidden />
                    <span className="min-w-0 flex-1 truncate">{each.label}</span>
                    <span className="max-w-40 truncate text-xs text-ink-3">{each.hint}</span>
                  </Item>
                ))}
              </Group>
            )
          );
        })}
        {actions.length > 0 && (
          <Group heading={t("palette.actions")}>
            {actions.map(({ id, label, icon: Icon, run }) => (
              <Item key={id} value={`action:${id}`} onSelect={done(run)}>
                <Icon aria-hidden />
                <span className="min-w-0 flex-1 truncate">{label}</span>
              </Item>
            ))}
          </Group>
        )}
      </Command.List>
    </Command>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-3"
    >
      {children}
    </Command.Group>
  );
}

function Item(props: { value: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item
      {...props}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-active [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-3"
    />
  );
}
