// Opens the tab of the field that the address names (#id_theme_fr), and goes to the field.
"use strict";

(() => {
  const openTab = (field) => {
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

  const goTo = () => {
    const id = location.hash.slice(1);
    const field = id.startsWith("id_") && document.getElementById(id);
    if (!field) return;
    openTab(field);
    reach(field, 60);
  };

  addEventListener("load", goTo);
  addEventListener("hashchange", goTo);
})();
