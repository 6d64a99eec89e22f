// ANSI colours (ECMA-48, "select graphic rendition") as classes; every other escape sequence is left out.
import { el } from "./common.js";

const sequence = /\x1b\[([\d;]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]/g;
const hues = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** The text without its escape sequences. */
export const plain = text => text.replace(sequence, "");

/** Turns a line into elements, and marks what was searched for. */
export function render(text, wanted) {
  const parts = [];
  let style = { hue: "", back: "", flags: new Set() }, at = 0;
  const push = piece => {
    if (!piece) return;
    const classes = [...style.flags, style.hue && `fg-${style.hue}`, style.back && `bg-${style.back}`].filter(Boolean).join(" ");
    const content = marked(piece, wanted);
    parts.push(...(classes ? [el("span", { class: classes }, ...content)] : content));
  };
  for (const match of text.matchAll(sequence)) {
    push(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === "m") apply(style, match[1]);
  }
  push(text.slice(at));
  return parts;
}

function apply(style, codes) {
  const list = codes.split(";").map(Number);
  for (let i = 0; i < list.length; i++) {
    const code = list[i];
    if (code === 0) { style.hue = style.back = ""; style.flags.clear(); }
    else if (code === 1) style.flags.add("bold");
    else if (code === 2) style.flags.add("faint");
    else if (code === 3) style.flags.add("italic");
    else if (code === 4) style.flags.add("underlined");
    else if (code === 22) { style.flags.delete("bold"); style.flags.delete("faint"); }
    else if (code === 23) style.flags.delete("italic");
    else if (code === 24) style.flags.delete("underlined");
    else if (code >= 30 && code <= 37) style.hue = hues[code - 30];
    else if (code >= 90 && code <= 97) style.hue = hues[code - 90];
    else if (code === 39) style.hue = "";
    else if (code >= 40 && code <= 47) style.back = hues[code - 40];
    else if (code >= 100 && code <= 107) style.back = hues[code - 100];
    else if (code === 49) style.back = "";
    else if (code === 38 || code === 48) {
      // 256 colours and RGB: of the first sixteen we have names, the rest stays as it is.
      if (list[i + 1] === 5) { if (list[i + 2] < 16) style[code === 38 ? "hue" : "back"] = hues[list[i + 2] % 8]; i += 2; }
      else if (list[i + 1] === 2) i += 4;
    }
  }
}

function marked(text, wanted) {
  if (!wanted) return [text];
  const parts = [], lower = text.toLowerCase();
  let at = 0;
  for (let found; (found = lower.indexOf(wanted, at)) >= 0; at = found + wanted.length) {
    parts.push(text.slice(at, found), el("mark", {}, text.slice(found, found + wanted.length)));
  }
  parts.push(text.slice(at));
  return parts;
}
