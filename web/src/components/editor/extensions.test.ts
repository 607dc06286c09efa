import { Editor } from "@tiptap/core";
import { afterEach, expect, it } from "vitest";
import { editorExtensions } from "./extensions";

let editor: Editor | undefined;
afterEach(() => editor?.destroy());

function through(html: string): string {
  const extensions = editorExtensions({ placeholder: () => "", mentions: undefined });
  editor = new Editor({ extensions, content: html, injectCSS: false });
  return editor.getHTML();
}

it.each([
  "<p>Um <strong>dois</strong> <em>três</em> <u>x</u> <s>y</s> <code>z</code><br>w</p>",
  "<ul><li><p>a</p></li></ul><ol><li><p>b</p></li></ol>",
  "<blockquote><p>a</p></blockquote><pre><code>a &lt; b</code></pre><hr><h2>c</h2>",
  '<p><a href="https://example.com/">site</a></p>',
  '<p>Oi <span data-mention="0199a1b2-0000-7000-8000-000000000001">@Marina Sá</span>, veja</p>',
])("gives back what it was given: %s", (html) => {
  expect(through(html)).toBe(html);
});

it.each([
  ["an image and a script", '<p>a<img src="https://x.example/a.png"><script>alert(1)</script>b</p>', "<p>ab</p>"],
  ["looks", '<p style="color:red" class="x"><font size="7">a</font></p>', "<p>a</p>"],
  ["a script link", '<p><a href="javascript:alert(1)">a</a></p>', "<p>a</p>"],
  ["a table's shape, not its words", "<table><tr><td>a</td></tr></table>", "<p>a</p>"],
])("takes away %s", (_, html, expected) => {
  expect(through(html)).toBe(expected);
});
