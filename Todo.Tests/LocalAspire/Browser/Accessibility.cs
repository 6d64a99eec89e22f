using Microsoft.Playwright;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>
/// What keeps people out of a page, as far as a machine can tell: controls without a name (WCAG 4.1.2, 3.3.2), headings that skip a level (1.3.1),
/// text that is too faint on its ground (1.4.3, AA), ids that are there twice or not at all, and pages that are wider than the window (1.4.10).
/// </summary>
internal static class Accessibility
{
    private const string Script = """
        () => {
          const problems = [];
          const root = document.querySelector("dialog:modal") ?? document.body;
          const isSeen = element => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && box.height > 0 && element.checkVisibility({ visibilityProperty: true });
          };
          const describe = element => `<${element.localName}${element.id && ` id=${element.id}`}${element.getAttribute("class") ? ` class="${element.getAttribute("class")}"` : ""}> "${(element.textContent || element.value || element.placeholder || "").trim().slice(0, 40)}"`;

          // Names. A placeholder is none: it is gone as soon as somebody writes.
          const wordsOf = element => {
            const copy = element.cloneNode(true);
            for (const inner of copy.querySelectorAll("select, input, textarea, [aria-hidden=true]")) inner.remove();
            return [copy.textContent, ...[...copy.querySelectorAll("[alt], [aria-label]")].map(inner => inner.getAttribute("alt") ?? inner.getAttribute("aria-label"))].join(" ").trim();
          };
          const nameOf = element => {
            const ids = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
            const isField = ["input", "select", "textarea"].includes(element.localName);
            return [ids.map(id => document.getElementById(id)?.textContent ?? "").join(" "), element.getAttribute("aria-label"), ...[...(element.labels ?? [])].map(wordsOf), isField ? "" : wordsOf(element)]
              .map(text => text?.trim()).find(Boolean);
          };
          const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, dialog[open], [tabindex='0'], [role=button], [role=img], [role=log], [role=region], [role=tree], [role=treeitem], [role=search][aria-labelledby]";
          for (const element of [...root.querySelectorAll(controls), ...(root.localName === "dialog" ? [root] : [])])
            if (isSeen(element) && !nameOf(element)) problems.push(`no name: ${describe(element)}`);
          for (const image of root.querySelectorAll("img:not([alt])")) problems.push(`no alt: ${describe(image)}`);

          // Structure.
          if (!document.documentElement.lang) problems.push("the page does not say its language");
          if (!document.title.trim()) problems.push("the page has no title");
          if (root === document.body) {
            const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(isSeen);
            const levels = headings.map(heading => +heading.localName[1]);
            if (levels.filter(level => level === 1).length !== 1) problems.push(`${levels.filter(level => level === 1).length} h1`);
            headings.forEach((heading, i) => { if (levels[i] > (levels[i - 1] ?? 0) + 1) problems.push(`after h${levels[i - 1] ?? 0} comes ${describe(heading)}`); });
          }
          const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
          for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) problems.push(`the id ${id} is there twice`);
          for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "aria-activedescendant", "for", "list"])
            for (const element of root.querySelectorAll(`[${attribute}]`))
              for (const id of element.getAttribute(attribute).split(/\s+/)) if (isSeen(element) && !document.getElementById(id)) problems.push(`${attribute}=${id} leads nowhere: ${describe(element)}`);
          for (const attribute of ["aria-expanded", "aria-selected", "aria-pressed", "aria-checked", "aria-busy"])
            for (const element of root.querySelectorAll(`[${attribute}]`))
              if (!["true", "false", "mixed"].includes(element.getAttribute(attribute))) problems.push(`${attribute} is neither true nor false: ${describe(element)}`);
          for (const element of root.querySelectorAll("[tabindex]")) if (element.tabIndex > 0) problems.push(`its own place in the order of keys: ${describe(element)}`);

          // Contrast.
          const colourOf = text => {
            const [r, g, b, a = 1] = text.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
            return text.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
          };
          const over = ([r, g, b, a], ground) => [r, g, b].map((value, i) => value * a + ground[i] * (1 - a));
          const light = colour => colour.map(value => { const share = value / 255; return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; })
            .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
          const ratio = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
          const groundOf = element => {
            const layers = [];
            const box = element.localName === "text" && element.parentElement.querySelector(":scope > rect");
            if (box) layers.push(colourOf(getComputedStyle(box).fill));
            for (let at = element; at && layers.at(-1)?.[3] !== 1; at = at.parentElement) layers.push(colourOf(getComputedStyle(at).backgroundColor));
            const dark = matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark");
            return layers.reverse().reduce((ground, layer) => over(layer, ground), dark ? [18, 18, 18] : [255, 255, 255]);
          };
          const check = (element, colour, style, what) => {
            let share = 1;
            for (let at = element; at; at = at.parentElement) share *= +getComputedStyle(at).opacity;
            const ground = groundOf(element), [r, g, b, a] = colourOf(colour);
            const found = ratio(over([r, g, b, a * share], ground), ground);
            const size = parseFloat(style.fontSize), isLarge = size >= 24 || size >= 18.66 && +style.fontWeight >= 700;
            if (found < (isLarge ? 3 : 4.5) - 0.005) problems.push(`contrast ${found.toFixed(2)}: ${what} ${describe(element)}, ${colour} on ${ground.map(Math.round)}`);
          };
          const done = new Set();
          const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode());) {
            const element = node.parentElement;
            if (!node.data.trim() || done.has(element) || ["script", "style", "option", "noscript"].includes(element.localName)) continue;
            done.add(element);
            const box = element.getBoundingClientRect();
            if (!isSeen(element) || box.width < 2 || box.height < 2 || element.closest(":disabled, [aria-disabled=true]")) continue;
            const style = getComputedStyle(element);
            check(element, element.namespaceURI.endsWith("svg") ? style.fill : style.color, style, "text");
          }
          for (const field of root.querySelectorAll("input, select, textarea")) {
            if (!isSeen(field) || field.disabled || ["checkbox", "radio"].includes(field.type)) continue;
            check(field, getComputedStyle(field).color, getComputedStyle(field), "what is written in");
            if (field.placeholder) check(field, getComputedStyle(field, "::placeholder").color, getComputedStyle(field), "the placeholder of");
          }

          // Width.
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth > width) {
            const wide = [...document.body.querySelectorAll("*")].filter(element => element.getBoundingClientRect().right > width + 1).slice(0, 3).map(describe);
            problems.push(`${document.documentElement.scrollWidth} px wide in a window of ${width}: ${wide.join(", ")}`);
          }
          return [...new Set(problems)];
        }
        """;

    public static Task<string[]> FindProblemsAsync(IPage page) => page.EvaluateAsync<string[]>(Script);
}
