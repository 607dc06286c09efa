import { createFileRoute } from "@tanstack/react-router";
import { RunPage } from "@/features/jobs/components/run-page";

export const Route = createFileRoute("/_app/tarefas/$key/$runId")({ component: RunById });

function RunById() {
  const { key, runId } = Route.useParams();
  return <RunPage key={runId} jobKey={key} runId={runId} />;
}
