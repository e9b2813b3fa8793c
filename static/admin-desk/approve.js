// Keeps the number on the button that of the letters that are ticked.
"use strict";

(() => {
  const form = document.getElementById("approve");
  const button = form.querySelector("[data-approve]");
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll('input[name="letters"]:not(:disabled)')];

  if (!button) return;
  const whole = button.textContent;

  const write = () => {
    const number = boxes.filter((box) => box.checked).length;
    button.textContent = number === boxes.length ? whole : button.dataset.some.replace("{some}", number);
    button.disabled = number === 0;
    all.checked = number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
  };

  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    write();
  });
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = button.dataset.busy;
  });
  all.closest("label").hidden = false;
  write();
})();
