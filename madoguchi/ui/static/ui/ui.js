/* Improves pages that already work: nothing here is needed to finish a task. No framework, no inline code. */
"use strict";

(() => {
  const each = (root, selector, act) => {
    if (root.matches && root.matches(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  };
  const once = (name, act) => (element) => {
    const mark = `mg${name}`;
    if (element.dataset[mark]) return;
    element.dataset[mark] = "1";
    act(element);
  };

  /* Menu on narrow screens: the link that jumps to it becomes a button that opens it. */
  const menu = once("Menu", (link) => {
    const target = document.querySelector(link.hash);
    if (!target) return;
    link.setAttribute("role", "button");
    link.setAttribute("aria-controls", target.id);
    const set = (open) => {
      target.classList.toggle("is-open", open);
      link.setAttribute("aria-expanded", String(open));
    };
    set(location.hash === link.hash);
    const toggle = (event) => {
      event.preventDefault();
      set(!target.classList.contains("is-open"));
    };
    link.addEventListener("click", toggle);
    link.addEventListener("keydown", (event) => { if (event.key === " ") toggle(event); });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && target.classList.contains("is-open")) { set(false); link.focus(); }
    });
  });

  /* Dialog: the folding part of the page becomes a native dialog. */
  const dialog = once("Dialog", (details) => {
    if (typeof HTMLDialogElement === "undefined") return;
    const summary = details.querySelector("summary");
    const body = details.querySelector(".mg-dialog__body");
    const modal = document.createElement("dialog");
    modal.className = "mg-modal";
    modal.setAttribute("aria-labelledby", `${details.id}-title`);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "mg-button mg-button--quiet mg-button--small mg-modal__close";
    close.textContent = details.dataset.close;
    close.addEventListener("click", () => modal.close());
    const opener = document.createElement("button");
    opener.type = "button";
    opener.className = summary.className;
    opener.append(...summary.childNodes);
    opener.setAttribute("aria-haspopup", "dialog");
    opener.addEventListener("click", () => modal.showModal());
    modal.append(close, body);
    const box = document.createElement("div");
    box.className = "mg-dialog";
    box.id = details.id;
    box.append(opener, modal);
    const wasOpen = details.open || body.querySelector("[data-errors]");
    details.replaceWith(box);
    if (wasOpen) modal.showModal();
  });

  /* Tabs that point into this page. */
  const tabs = once("Tabs", (nav) => {
    const links = [...nav.querySelectorAll("a")];
    const panels = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    if (panels.some((panel) => !panel)) return;
    const list = nav.querySelector("ul");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", nav.getAttribute("aria-label"));
    const group = document.createElement("div");
    group.className = nav.className;
    group.append(list);
    nav.replaceWith(group);
    const show = (index, focus) => {
      links.forEach((link, at) => {
        const on = at === index;
        link.setAttribute("aria-selected", String(on));
        link.tabIndex = on ? 0 : -1;
        panels[at].hidden = !on;
      });
      if (focus) links[index].focus();
    };
    links.forEach((link, index) => {
      link.parentElement.setAttribute("role", "presentation");
      link.removeAttribute("aria-current");
      link.setAttribute("role", "tab");
      link.id = link.id || `${panels[index].id}-tab`;
      link.setAttribute("aria-controls", panels[index].id);
      panels[index].setAttribute("role", "tabpanel");
      panels[index].setAttribute("aria-labelledby", link.id);
      panels[index].tabIndex = 0;
      link.addEventListener("click", (event) => { event.preventDefault(); show(index, true); });
      link.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) { event.preventDefault(); show((index + step + links.length) % links.length, true); }
        if (event.key === "Home") { event.preventDefault(); show(0, true); }
        if (event.key === "End") { event.preventDefault(); show(links.length - 1, true); }
      });
    });
    const asked = panels.findIndex((panel) => `#${panel.id}` === decodeURIComponent(location.hash));
    show(asked < 0 ? 0 : asked, false);
  });

  /* A region that does not scroll need not be a stop for the Tab key. */
  const region = once("Region", (box) => {
    const fit = () => { box.scrollWidth > box.clientWidth ? box.setAttribute("tabindex", "0") : box.removeAttribute("tabindex"); };
    if (typeof ResizeObserver === "undefined") return;
    new ResizeObserver(fit).observe(box);
  });

  /* Date: says which day was understood, in both calendars. */
  const ERAS = [["令和", "R", 2019, "2019-05-01"], ["平成", "H", 1989, "1989-01-08"], ["昭和", "S", 1926, "1926-12-25"], ["大正", "T", 1912, "1912-07-30"], ["明治", "M", 1868, "1873-01-01"]];
  const dayOf = (typed) => {
    const text = typed.normalize("NFKC").replace(/\s+/g, "").replace(/[‐−–—ー]/g, "-").toUpperCase();
    let year, month, day, first = "1873-01-01", next = null;
    let found = /^(?:西暦)?(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?$/.exec(text) || /^(\d{4})(\d{2})(\d{2})$/.exec(text);
    if (found) {
      [year, month, day] = found.slice(1).map(Number);
    } else {
      found = /^([^\d.]{1,2})\.?(元|\d{1,2})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?$/.exec(text);
      const at = found ? ERAS.findIndex(([name, letter]) => [name, name[0], letter].includes(found[1])) : -1;
      if (at < 0) return null;
      year = ERAS[at][2] + (found[2] === "元" ? 1 : Number(found[2])) - 1;
      [month, day] = [Number(found[3]), Number(found[4])];
      first = ERAS[at][3];
      next = at ? ERAS[at - 1][3] : null;
    }
    const iso = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
    const moment = new Date(Date.UTC(year, month - 1, day));
    const real = moment.getUTCFullYear() === year && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
    return real && iso >= first && (!next || iso <= next) ? moment : null;
  };
  const dateHint = once("Date", (input) => {
    const out = input.parentElement.querySelector("[data-date-out]");
    if (!out) return;
    const lang = document.documentElement.lang || "ja";
    const parts = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
    const japanese = new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { ...parts, era: "long" });
    const western = new Intl.DateTimeFormat(lang === "ja" ? "ja-JP" : "en-GB", { ...parts, weekday: "short" });
    const say = () => {
      const day = dayOf(input.value);
      out.textContent = day ? `${western.format(day)} ／ ${japanese.format(day)}` : "";
    };
    input.addEventListener("input", say);
    say();
  });

  /* Counter of a text area: silent while typing, spoken after a pause. */
  const counter = once("Counter", (area) => {
    const limit = Number(area.dataset.counter);
    const now = area.parentElement.querySelector("[data-counter-now]");
    if (!now || !limit) return;
    const spoken = document.createElement("span");
    spoken.className = "mg-hidden";
    spoken.setAttribute("role", "status");
    now.after(spoken);
    now.setAttribute("aria-hidden", "true");
    let timer;
    const count = () => {
      const text = `${[...area.value].length} / ${limit}`;
      now.textContent = text;
      now.classList.toggle("is-over", [...area.value].length > limit);
      clearTimeout(timer);
      timer = setTimeout(() => { spoken.textContent = text; }, 1000);
    };
    area.addEventListener("input", count);
    count();
  });

  /* File field: the chosen names, one per line. */
  const fileNames = once("File", (input) => {
    const list = input.parentElement.querySelector("[data-file-list]");
    if (!list) return;
    input.addEventListener("change", () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const item = document.createElement("li");
        const kib = Math.max(1, Math.round(file.size / 1024));
        item.textContent = `${file.name}（${kib < 1024 ? `${kib} KB` : `${(kib / 1024).toFixed(1)} MB`}）`;
        return item;
      }));
      list.hidden = !input.files.length;
    });
  });

  /* Leaving a half-filled form asks first. */
  const guard = once("Guard", (form) => {
    let dirty = false;
    form.addEventListener("input", () => { dirty = true; });
    form.addEventListener("submit", () => { dirty = false; });
    addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  });

  /* A second press on "send" does not send twice. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.mgSent) { event.preventDefault(); return; }
    form.dataset.mgSent = "1";
    setTimeout(() => { delete form.dataset.mgSent; }, 8000);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-mg-sent]").forEach((form) => { delete form.dataset.mgSent; }));

  const print = once("Print", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  /* Time-out: asks in time; the clock is the computer's, so that a sleeping phone wakes up right. */
  const timeout = once("Timeout", (box) => {
    const modal = box.querySelector("dialog");
    const left = box.querySelector("[data-timeout-left]");
    const form = box.querySelector("form");
    if (!modal || !modal.showModal) return;
    const length = Number(box.dataset.timeout) * 1000;
    const warn = Number(box.dataset.warn) * 1000;
    let ends = Date.now() + length;
    const tick = () => {
      const rest = ends - Date.now();
      if (rest <= 0) { location.assign(box.dataset.end); return; }
      if (rest <= warn && !modal.open) modal.showModal();
      if (modal.open) {
        const seconds = Math.ceil(rest / 1000);
        left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      }
    };
    setInterval(tick, 1000);
    const renew = () => { ends = Date.now() + length; };
    document.addEventListener("htmx:afterRequest", renew);
    const extend = async (event) => {
      event.preventDefault();
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" }).catch(() => null);
      if (!answer || !answer.ok) { form.submit(); return; }
      renew();
      modal.close();
    };
    form.addEventListener("submit", extend);
    modal.addEventListener("cancel", extend);
  });

  const errors = once("Errors", (box) => {
    box.focus({ preventScroll: false });
    box.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!target) return;
      event.preventDefault();
      const head = target.closest(".mg-field");
      (head || target).scrollIntoView();
      target.focus({ preventScroll: true });
    });
  });

  const improve = (root) => {
    each(root, "[data-menu]", menu);
    each(root, "[data-dialog]", dialog);
    each(root, "[data-tabs]", tabs);
    each(root, "[data-table]", region);
    each(root, "[data-date]", dateHint);
    each(root, "[data-counter]", counter);
    each(root, "input[type=file]", fileNames);
    each(root, "form[data-guard]", guard);
    each(root, "[data-print]", print);
    each(root, "[data-timeout]", timeout);
    each(root, "[data-errors]", errors);
  };
  improve(document);
  document.addEventListener("htmx:load", (event) => improve(event.detail.elt));
})();
