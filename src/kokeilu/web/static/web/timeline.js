/* Gives the timeline's periods their place on the axis. Positions come as percentages in data attributes, because the
   content security policy forbids inline styles; without this script the periods stay a plain list. */

function place(root) {
  for (const timeline of root.querySelectorAll("[data-timeline]")) {
    for (const part of timeline.querySelectorAll("[data-left]")) {
      part.style.setProperty("--left", `${part.dataset.left}%`);
      if (part.dataset.width) part.style.setProperty("--width", `${part.dataset.width}%`);
    }
    timeline.toggleAttribute("data-placed", true);
  }
}

place(document);
document.addEventListener("htmx:load", (event) => place(event.detail.elt.parentNode ?? document));
