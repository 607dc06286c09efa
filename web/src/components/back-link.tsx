import { Link, type LinkProps } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { IconButton } from "./icon-button";

/** The way back to a list, before the title of a page about one of it. `label` names the list. */
export function BackLink({ label, ...link }: { label: string } & Pick<LinkProps, "to" | "params">) {
  return (
    <IconButton asChild label={label} size="icon-sm" className="-ml-1.5">
      <Link {...link}>
        <ArrowLeft aria-hidden />
      </Link>
    </IconButton>
  );
}
