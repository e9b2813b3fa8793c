// Opens the tab of the field that the address names (#id_theme_fr), and goes to the field.
"use strict";

(() => {
  const goTo = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id.startsWith("id_")) return;
    const field = document.getElementById(id);
    if (!field) return;
    const tab = field.closest(".tab-wrapper");
    if (tab) {
      const tabs = [...tab.parentElement.children].filter((one) => one.matches(".tab-wrapper"));
      tab.parentElement.querySelectorAll("nav > a")[tabs.indexOf(tab)]?.click();
    }
    requestAnimationFrame(() => {
      field.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    });
  };

  addEventListener("load", goTo);
  addEventListener("hashchange", goTo);
})();
