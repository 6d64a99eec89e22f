// Before the first paint, so that a dark room stays dark.
"use strict";
(() => {
  const stored = localStorage.getItem("theme");
  if (stored) document.documentElement.dataset.theme = stored;
})();
