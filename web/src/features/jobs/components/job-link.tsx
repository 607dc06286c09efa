import { Link } from "@tanstack/react-router";
import { cn } from "@/lib/cn";
import { useJobWords } from "../hooks/use-job-words";

/** A job's name, leading to the job. For every page that mentions one. */
export function JobLink({ jobKey, className }: { jobKey: string; className?: string }) {
  const { name } = useJobWords()({ key: jobKey, description: "" });
  return (
    <Link
      to="/tarefas/$key"
      params={{ key: jobKey }}
      className={cn("rounded-sm text-accent-ink underline-offset-2 hover:underline", className)}
    >
      {name}
    </Link>
  );
}
