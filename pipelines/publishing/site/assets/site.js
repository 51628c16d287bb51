(() => {
  "use strict";
  const page = document.documentElement;
  const thai = "๐๑๒๓๔๕๖๗๘๙";
  const texts = ["alt", "aria-label", "placeholder", "text"];
  const parts = () => location.hash.slice(1).split("&").filter(Boolean);
  const anchor = () => parts().find((part) => !part.startsWith("lang=")) || "";
  const kept = {
    get() { try { return localStorage.getItem("khrop-lang"); } catch { return null; } },
    set(value) { try { localStorage.setItem("khrop-lang", value); } catch { /* the hash keeps it */ } },
  };
  const asked = () => {
    const part = parts().find((part) => part.startsWith("lang="));
    const lang = part ? part.slice(5) : kept.get();
    return lang === "en" ? "en" : "th";
  };
  let lang = asked();

  const mark = () => {
    page.lang = lang;
    page.classList.toggle("show-en", lang === "en");
  };
  page.classList.add("has-js");
  mark();

  const say = (element, name, value) => {
    if (name === "text") element.textContent = value;
    else element.setAttribute(name, value);
  };
  const translate = () => {
    for (const name of texts) {
      for (const element of document.querySelectorAll(`[data-en-${name}]`)) {
        const th = `data-th-${name}`;
        if (!element.hasAttribute(th)) {
          element.setAttribute(th, name === "text" ? element.textContent : element.getAttribute(name));
        }
        say(element, name, element.getAttribute(`data-${lang}-${name}`));
      }
    }
    const title = document.querySelector("title");
    title.dataset.th ??= title.textContent;
    title.textContent = title.dataset[lang];
    for (const button of document.querySelectorAll("[data-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    }
    for (const link of document.querySelectorAll("a[href*='.html']")) {
      const [file, rest] = link.getAttribute("href").split("#");
      const others = (rest || "").split("&").filter((part) => part && !part.startsWith("lang="));
      link.setAttribute("href", `${file}#${[...others, `lang=${lang}`].join("&")}`);
    }
  };
  const choose = (chosen) => {
    lang = chosen;
    kept.set(lang);
    mark();
    translate();
    const hash = [anchor(), `lang=${lang}`].filter(Boolean).join("&");
    try { history.replaceState(null, "", `#${hash}`); } catch { location.hash = hash; }
  };

  const goTo = () => {
    const target = anchor() && document.getElementById(decodeURIComponent(anchor()));
    if (!target) return;
    for (const one of target.querySelectorAll("details")) one.open = true;
    target.scrollIntoView();
    if (target.tabIndex >= -1) target.focus({ preventScroll: true });
  };

  const value = (row, head) => {
    const cell = row.cells[head.cellIndex];
    const raw = (lang === "en" && cell.dataset.vEn) || (cell.dataset.v ?? cell.textContent);
    return raw === "" ? null : head.classList.contains("num") ? Number(raw) : raw;
  };
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, lang) : a - b);
  const sort = (table, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("[aria-sort]")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [value(row, head), row]);
    rows.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return down ? compare(b, a) : compare(a, b);
    });
    body.append(...rows.map(([, row]) => row));
  };
  const setDigits = (table, on) => {
    const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
    const [from, to] = on ? [/[0-9]/g, (d) => thai[d]] : [/[๐-๙]/g, (d) => thai.indexOf(d)];
    while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replace(from, to);
  };
  const tools = (table) => {
    const its = (name) => document.querySelector(`[data-${name}="${table.id}"]`);
    const find = its("find-in");
    const box = find.closest(".tools");
    const choices = [...box.querySelectorAll("[data-filter]")];
    const filter = () => {
      const words = find.value.trim().toLowerCase();
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        const fits = (row.dataset.find ?? row.textContent.toLowerCase()).includes(words)
          && choices.every((choice) => !choice.value || row.dataset[choice.dataset.filter] === choice.value);
        row.hidden = !fits;
        shown += fits;
      }
      box.querySelector("[data-shown]").textContent = shown;
      its("nothing-in").hidden = shown > 0;
    };
    for (const input of [find, ...choices]) input.addEventListener("input", filter);
    for (const button of table.querySelectorAll("[data-sort]")) {
      button.addEventListener("click", () => sort(table, button.closest("th")));
    }
    const digits = its("digits-of");
    digits.addEventListener("click", () => {
      const on = digits.getAttribute("aria-pressed") !== "true";
      digits.setAttribute("aria-pressed", String(on));
      setDigits(table, on);
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    translate();
    for (const button of document.querySelectorAll("[data-lang]")) {
      button.addEventListener("click", () => choose(button.dataset.lang));
    }
    for (const table of document.querySelectorAll("table.return")) tools(table);
    goTo();
  });
  addEventListener("hashchange", () => {
    if (parts().some((part) => part.startsWith("lang=")) && asked() !== lang) choose(asked());
    goTo();
  });
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
})();
