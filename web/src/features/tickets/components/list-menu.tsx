import { ArrowDownWideNarrow, BookmarkCheck, BookmarkX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "@/components/menu";
import { useMe, usePreferences } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import {
  compact,
  filterFromSaved,
  filterToSaved,
  type SavedFilter,
  sameFilter,
  sorts,
  type TicketFilter,
} from "../model/filter";

interface ListMenuProps {
  filter: TicketFilter;
  onFilter: (filter: TicketFilter) => void;
}

/** The list's order, and the filter it opens with. */
export function ListMenu({ filter, onFilter }: ListMenuProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const describe = useErrorText();
  const { preferences } = useMe();
  const update = usePreferences();
  const saved = preferences.defaultTicketFilter;
  const isDefault = saved !== null && sameFilter(filterFromSaved(saved), filter);
  const sort = filter.sort ?? "newest";

  const keep = (next: SavedFilter | null, text: string, back: SavedFilter | null) =>
    update.mutate(
      { defaultTicketFilter: next },
      {
        onSuccess: () =>
          toastDone(text, { label: common("undo"), run: () => update.mutate({ defaultTicketFilter: back }) }),
        onError: (error) => toastFailed(describe(error)),
      },
    );
  return (
    <Menu
      trigger={
        <Button aria-label={t("list.menu", { sort: t(`sort.${sort}`) })}>
          <ArrowDownWideNarrow aria-hidden />
          <span className="max-md:sr-only">{t(`sort.${sort}`)}</span>
        </Button>
      }
    >
      <MenuChoice
        label={t("list.sort")}
        value={sort}
        onChange={(value) => onFilter(compact({ ...filter, sort: sorts.find((each) => each === value) }))}
        options={sorts.map((value) => ({ value, label: t(`sort.${value}`) }))}
      />
      <MenuSeparator />
      <MenuItem
        disabled={isDefault || update.isPending}
        onSelect={() => keep(filterToSaved(filter), t("list.default.saved"), saved)}
      >
        <BookmarkCheck aria-hidden />
        {isDefault ? t("list.default.is") : t("list.default.save")}
      </MenuItem>
      {saved !== null && (
        <MenuItem disabled={update.isPending} onSelect={() => keep(null, t("list.default.cleared"), saved)}>
          <BookmarkX aria-hidden />
          {t("list.default.clear")}
        </MenuItem>
      )}
    </Menu>
  );
}
