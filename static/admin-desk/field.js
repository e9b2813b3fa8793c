// Opens the tab of the field that the address names (#id_theme_fr), and goes to the field; where the
// form was refused, to the first field that is wrong.
"use strict";

(() => {
  const openTab = (field) => {
    // What belongs to the record has tabs above the form, a part that is folded its heading.
    const group = field.closest("[data-inline-type]");
    if (group) document.querySelector(`#tabs-items a[href="#${group.id.replace(/-group$/, "")}"]`)?.click();
    const folded = field.closest("details");
    if (folded) folded.open = true;
    const tab = field.closest(".tab-wrapper");
    if (!tab) return;
    const tabs = [...tab.parentElement.children].filter((one) => one.matches(".tab-wrapper"));
    tab.parentElement.querySelectorAll("nav > a")[tabs.indexOf(tab)]?.click();
  };

  // The tab is shown some frames after it was chosen.
  const reach = (field, frames) => {
    if (!field.offsetParent && frames) {
      requestAnimationFrame(() => reach(field, frames - 1));
      return;
    }
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  };

  const wrong = () => document.querySelector("#content-main form [aria-invalid=true]");

  const goTo = () => {
    const id = location.hash.slice(1);
    const named = id.startsWith("id_") && document.getElementById(id);
    const field = named || wrong();
    if (!field) return;
    openTab(field);
    reach(field, 60);
  };

  addEventListener("load", goTo);
  addEventListener("hashchange", goTo);
})();
