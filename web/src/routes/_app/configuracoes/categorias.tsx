import { createFileRoute } from "@tanstack/react-router";
import { ListPage } from "@/features/desk-lists/components/list-page";

export const Route = createFileRoute("/_app/configuracoes/categorias")({ component: Categories });

function Categories() {
  return <ListPage key="categories" kind="categories" />;
}
