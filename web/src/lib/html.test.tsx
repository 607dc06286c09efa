import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { htmlToText, SafeHtml } from "./html";

const show = (html: string) => render(<SafeHtml html={html} />).container.innerHTML;

describe("the allow-list", () => {
  it("keeps what text needs", () => {
    const html = "<p>Um <strong>dois</strong><br>três</p><ul><li><em>a</em></li></ul>";
    expect(show(html)).toBe(html);
  });

  it("keeps who is mentioned, by a proper id", () => {
    const mention = '<span data-mention="0199a1b2-0000-7000-8000-000000000001">@Marina</span>';
    expect(show(mention.replace("<span", '<span class="x" onclick="alert(1)"'))).toBe(mention);
    expect(show('<span data-mention="x">@Marina</span><span>b</span>')).toBe("@Marinab");
  });

  it.each([
    ["a script", "<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"],
    ["a style", "<style>p{color:red}</style>x", "x"],
    ["a handler", '<p onclick="alert(1)" style="color:red" class="x">a</p>', "<p>a</p>"],
    ["an image", '<img src="x" onerror="alert(1)">a', "a"],
    ["an object", '<object data="x">b</object>a', "a"],
    ["a drawing", "<svg><text>b</text></svg>a", "a"],
    ["a form", '<form action="/x"><button>ok</button></form>', "ok"],
    ["a script link", '<a href="javascript:alert(1)">a</a>', "a"],
    ["a disguised script link", '<a href=" java\nscript:alert(1)">a</a>', "a"],
    ["a data link", '<a href="data:text/html,x">a</a>', "a"],
    ["a link into this site", '<a href="/sair">a</a>', "a"],
  ])("takes away %s", (_, html, expected) => {
    expect(show(html)).toBe(expected);
  });

  it("opens links elsewhere, without telling where from", () => {
    const link = render(<SafeHtml html='<a href="https://example.com/x" target="_self">a</a>' />).container.firstElementChild;
    expect(link?.getAttribute("href")).toBe("https://example.com/x");
    expect(link?.getAttribute("target")).toBe("_blank");
    expect(link?.getAttribute("rel")).toContain("noopener");
  });
});

describe("plain text", () => {
  it("is found in HTML", () => {
    expect(htmlToText("<p>a</p> <p>b &amp; c</p>")).toBe("a b & c");
  });
});
