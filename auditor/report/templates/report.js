"use strict";
// The list of all photos, already in the page, as a contact sheet: filtered, sorted, a window of cells at a time.
// What is shown stands in the address (#set=ffhq&year=2012), so charts are plain links and a view can be kept.
(() => {
  const WINDOW = 240;
  const list = document.getElementById("all");
  const sheet = document.getElementById("sheet");
  const form = document.getElementById("filter");
  const dialog = document.getElementById("dialog");
  const order = {
    "": (a, b) => a.place - b.place,
    new: (a, b) => (b.year ?? -1) - (a.year ?? -1) || a.place - b.place,
    old: (a, b) => (a.year ?? 9999) - (b.year ?? 9999) || a.place - b.place,
    most: (a, b) => b.sets.length - a.sets.length || a.place - b.place,
  };

  const rows = [...list.children].map((element, place) => {
    const { i, k, y, n, t, p, q } = element.dataset;
    const link = element.firstElementChild;
    const sets = [...element.lastElementChild.children].map((item) => item.dataset.d);
    return {
      element, place, id: i, kind: k, year: y ? Number(y) : null, license: n, then: t.split(" "), protection: p.split(" "),
      thumbnail: q, title: link.textContent, address: link.href, sets, text: `${link.textContent} ${i}`.toLowerCase(),
    };
  });
  list.remove();
  form.hidden = sheet.hidden = false;

  let matching = rows;
  let shown = 0;

  function matches(row, wanted) {
    return (!wanted.q || row.text.includes(wanted.q.toLowerCase().trim()))
      && (!wanted.set || row.sets.includes(wanted.set))
      && (!wanted.kind || row.kind === wanted.kind)
      && (!wanted.license || row.license === wanted.license)
      && (!wanted.then || row.then.includes(wanted.then))
      && (!wanted.protection || row.protection.includes(wanted.protection))
      && (!wanted.year || String(row.year) === wanted.year);
  }

  function symbol(name) {
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    picture.append(use);
    return picture;
  }

  function image(row) {
    const picture = document.createElement("img");
    Object.assign(picture, { alt: "", loading: "lazy", decoding: "async", referrerPolicy: "no-referrer", src: row.thumbnail });
    picture.addEventListener("error", () => picture.remove());
    return picture;
  }

  function cell(row) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `cell ${row.kind}`;
    const title = document.createElement("span");
    title.textContent = row.title;
    const badge = document.createElement("b");
    badge.textContent = row.sets.length;
    badge.title = row.sets.length === 1 ? "in 1 dataset" : `in ${row.sets.length} datasets`;
    button.append(symbol(row.protection.includes("hidden") ? "lock" : "picture"), title, badge);
    if (row.thumbnail) button.prepend(image(row));
    button.addEventListener("click", () => open(row));
    return button;
  }

  function open(row) {
    document.getElementById("dialog-title").textContent = row.title;
    const parts = [...row.element.children].slice(1).map((part) => part.cloneNode(true));
    const link = row.element.firstElementChild.cloneNode(true);
    link.textContent = `Open ${row.id} on Flickr`;
    document.getElementById("dialog-body").replaceChildren(...parts, link);
    dialog.showModal();
  }

  function more() {
    const next = matching.slice(shown, shown + WINDOW).map(cell);
    sentinel.before(...next);
    shown += next.length;
    sentinel.hidden = shown >= matching.length;
  }

  const sentinel = document.createElement("div");
  sentinel.className = "sentinel";
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more(), { rootMargin: "800px" })
    .observe(sentinel);

  function apply() {
    const wanted = Object.fromEntries(new FormData(form));
    matching = rows.filter((row) => matches(row, wanted)).sort(order[wanted.order] ?? order[""]);
    shown = 0;
    sheet.replaceChildren(sentinel);
    more();
    form.elements.number.value = `${matching.length.toLocaleString("en")} ${matching.length === 1 ? "photo" : "photos"}`;
  }

  function fromAddress(scroll) {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const field of form.elements) if (field.name && field.name !== "number") field.value = wanted.get(field.name) ?? "";
    apply();
    if (scroll) document.getElementById("photos").scrollIntoView();
  }

  function toAddress() {
    const wanted = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", `#${wanted}`);
    apply();
  }

  form.addEventListener("input", toAddress);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(toAddress));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  window.addEventListener("hashchange", () => fromAddress(true));
  // On paper: the pictures of what is shown, six in a row, and the link of each.
  window.addEventListener("beforeprint", () => {
    list.replaceChildren(...matching.map((row) => row.element));
    sheet.after(list);
    sheet.querySelectorAll("img").forEach((picture) => { picture.loading = "eager"; });
  });
  window.addEventListener("afterprint", () => list.remove());
  fromAddress(location.hash.length > 1);
})();
