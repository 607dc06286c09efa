import { createElement, Fragment, type ReactNode } from "react";

/** Elements people's text may have. Everything else gives up its tag and keeps its words. */
const allowed = new Set([
  "p", "br", "strong", "b", "em", "i", "u", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h1", "h2", "h3", "hr",
]);
/** Elements whose content is not for reading either. */
const dropped = new Set(["script", "style", "template", "iframe", "object", "embed", "noscript", "title", "textarea", "svg", "math"]);
const voids = new Set(["br", "hr"]);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const schemes = new Set(["http:", "https:", "mailto:", "tel:"]);

/**
 * Renders HTML the server has cleaned, through a second, narrower gate: the text is parsed in
 * an inert document and built anew as React elements, so no markup ever reaches the page as markup.
 * No attribute survives but the address of a link and the id of who is mentioned.
 */
export function SafeHtml({ html }: { html: string }): ReactNode {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  return createElement(Fragment, null, ...children(body));
}

/** The words of an HTML text, without tags. */
export function htmlToText(html: string): string {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  return (body.textContent ?? "").replace(/\s+/g, " ").trim();
}

function children(node: Node): ReactNode[] {
  return [...node.childNodes].map((child, index) => render(child, index));
}

function render(node: Node, key: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const tag = node.tagName.toLowerCase();
  if (dropped.has(tag)) return null;
  const mentioned = tag === "span" && node.getAttribute("data-mention");
  if (mentioned && uuid.test(mentioned)) {
    return createElement("span", { key, "data-mention": mentioned }, ...children(node));
  }
  if (!allowed.has(tag)) return createElement(Fragment, { key }, ...children(node));
  if (voids.has(tag)) return createElement(tag, { key });
  if (tag !== "a") return createElement(tag, { key }, ...children(node));
  const href = safeHref(node.getAttribute("href"));
  if (href === null) return createElement(Fragment, { key }, ...children(node));
  return createElement("a", { key, href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children(node));
}

function safeHref(href: string | null): string | null {
  if (href === null) return null;
  try {
    const url = new URL(href);
    return schemes.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
