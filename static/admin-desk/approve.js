// Keeps the number on the button that of the letters that are ticked, and writes down what is
// approved to the letter once somebody asks for it.
"use strict";

(() => {
  const form = document.getElementById("approve");
  const button = form.querySelector("[data-approve]");
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll('input[name="letters"]:not(:disabled)')];

  // The event does not bubble. The box of each letter has its hashes already.
  form.addEventListener("toggle", (event) => {
    const part = event.target;
    if (!part.matches("[data-hashes]:not(:has(code))")) return;
    const [, ...hashes] = part.closest("tr").querySelector("[name=letters]").value.split(":");
    for (const hash of hashes.filter(Boolean)) {
      const code = document.createElement("code");
      code.className = "block hash";
      code.textContent = hash;
      part.append(code);
    }
  }, true);

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
