import { CalendarClock, Ellipsis, Pause, Play, StepForward } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/api/types";
import { IconButton } from "@/components/icon-button";
import { Menu, MenuItem } from "@/components/menu";
import { useJobActions } from "../hooks/use-job-actions";
import { useJobWords } from "../hooks/use-job-words";
import { ScheduleDialog } from "./schedule-dialog";

/** What one can do to a job. */
export function JobMenu({ job }: { job: Job }) {
  const { t } = useTranslation("jobs");
  const { name } = useJobWords()(job);
  const { busy, runNow, toggle } = useJobActions(job);
  const [editing, setEditing] = useState(false);
  const paused = job.state === "paused";
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t("action.menu", { name })} size="icon-sm" busy={busy}>
            {!busy && <Ellipsis aria-hidden />}
          </IconButton>
        }
      >
        <MenuItem onSelect={runNow}>
          <Play aria-hidden />
          {t("action.runNow")}
        </MenuItem>
        <MenuItem onSelect={toggle}>
          {paused ? <StepForward aria-hidden /> : <Pause aria-hidden />}
          {t(paused ? "action.resume" : "action.pause")}
        </MenuItem>
        <MenuItem onSelect={() => setEditing(true)}>
          <CalendarClock aria-hidden />
          {t("action.edit")}
        </MenuItem>
      </Menu>
      {editing && <ScheduleDialog job={job} onClose={() => setEditing(false)} />}
    </>
  );
}
