"""What a page of the site must hold to, as expressions that a browser evaluates in it."""

from __future__ import annotations

NAMELESS = """() => {
  const named = (e) => {
    const by = (e.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
    if (by.length) return by.every((id) => document.getElementById(id)?.textContent.trim());
    return (e.getAttribute("aria-label") || e.textContent || "").trim();
  };
  const wrong = [];
  const expect = (good, e, why) => { if (!good) wrong.push(`${why}: ${e.outerHTML.slice(0, 120)}`); };
  for (const e of document.querySelectorAll("img")) expect(e.alt, e, "image without alt");
  for (const e of document.querySelectorAll("svg")) {
    expect(e.getAttribute("aria-hidden") === "true" || named(e), e, "chart without a name");
  }
  for (const e of document.querySelectorAll("a[href], button, summary, [role=region], [role=group], nav")) {
    expect(named(e), e, "no name");
  }
  for (const e of document.querySelectorAll("input, select")) {
    expect(e.labels.length === 1 && named(e.labels[0]), e, "no label");
  }
  for (const e of document.querySelectorAll("table")) {
    expect(e.caption && e.caption.textContent.trim(), e, "table without caption");
    for (const th of e.querySelectorAll("th")) expect(["col", "row"].includes(th.scope), th, "no scope");
  }
  for (const e of document.querySelectorAll("[aria-labelledby]")) expect(named(e), e, "label is absent");
  expect(document.querySelectorAll("h1").length === 1, document.body, "one h1");
  expect(document.querySelectorAll("main").length === 1, document.body, "one main");
  let level = 0;
  for (const e of document.querySelectorAll("h1, h2, h3")) {
    expect(Number(e.tagName[1]) <= level + 1, e, "a level of headings is left out");
    level = Number(e.tagName[1]);
  }
  expect(document.title && document.documentElement.lang, document.documentElement, "title and language");
  return wrong;
}"""
"""The main points of what axe looks for."""
FAINT = """() => {
  const luminance = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const found = rgb(getComputedStyle(e).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility({ opacityProperty: true }) || e.closest("svg")) continue;
    const [a, b] = [luminance(rgb(getComputedStyle(e).color)), luminance(ground(e))].sort((x, y) => y - x);
    const text = walker.currentNode.data.slice(0, 30);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.add(`${e.className} ${e.tagName}: ${text}`);
  }
  return [...faint];
}"""
"""Texts whose contrast with what is painted behind them is below 4.5."""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""Dots by which a page is wider than its window."""
