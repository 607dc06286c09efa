import { createFileRoute } from "@tanstack/react-router";
import { JobPage } from "@/features/jobs/components/job-page";

export const Route = createFileRoute("/_app/tarefas/$key/")({ component: JobByKey });

function JobByKey() {
  const { key } = Route.useParams();
  return <JobPage key={key} jobKey={key} />;
}
