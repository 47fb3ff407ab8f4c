/* Shortly before time runs out, what was typed on this page is handed in to be kept for an hour. */
(() => {
  "use strict";
  const box = document.querySelector("[data-keep]");
  const left = box && box.querySelector("[data-timeout-left]");
  if (!left) return;
  const touched = new Set();
  let kept = false;
  document.addEventListener("input", (event) => { if (event.target.form) touched.add(event.target.form); });
  document.addEventListener("submit", (event) => touched.delete(event.target));

  const keep = (form) => {
    const path = new URL(form.action).pathname;
    if (form.method !== "post" || !path.startsWith("/office/")) return;
    const body = new FormData();
    for (const [name, value] of new FormData(form)) {
      const input = form.elements[name];
      if (typeof value === "string" && !(input && input.type === "password")) body.append(name, value);
    }
    body.append("_path", path);
    fetch(box.dataset.keep, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  };

  new MutationObserver(() => {
    const [minutes, seconds] = left.textContent.split(":").map(Number);
    const rest = minutes * 60 + seconds;
    if (rest > 10) { kept = false; return; }
    if (kept || rest > 5) return;
    kept = true;
    touched.forEach(keep);
  }).observe(left, { childList: true, characterData: true, subtree: true });
})();
