/**
 * Selection of list rows for an action. Without scripts, a link reloads the page with every row ticked; this script ticks them in
 * place and shows the number of selected rows next to the button.
 */
const form = document.querySelector('#selection');
const link = form?.querySelector('[data-select=all]');
const boxes = [...document.querySelectorAll('input[form=selection][name=key]')];

if (link && boxes.length > 0) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const ticked = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = ticked;
  });

  // Shift selects everything between the last box and this one.
  let last;
  for (const box of boxes) {
    box.addEventListener('click', (event) => {
      if (event.shiftKey && last !== undefined) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
        for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
      }
      last = box;
    });
  }
}
