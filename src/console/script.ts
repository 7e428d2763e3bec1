/**
 * The pages' only script, for what HTML cannot do: times in the reader's own zone, and buttons that copy. Without it
 * the pages say and do everything else. It changes texts only, so it needs nothing that a strict policy forbids.
 */
export const script = `
const zoned = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short',
});
for (const time of document.querySelectorAll('time')) {
  time.title = time.textContent;
  time.textContent = zoned.format(new Date(time.dateTime));
}

const said = document.body.appendChild(document.createElement('p'));
said.className = 'unseen';
said.setAttribute('role', 'status');

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return 'Copied';
  } catch {
    getSelection().selectAllChildren(source);
    return 'Selected: copy it with the keys of your device';
  }
}

for (const button of document.querySelectorAll('button[data-copies]')) {
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const word = await copy(document.getElementById(button.dataset.copies));
    button.textContent = said.textContent = word;
    setTimeout(() => { button.textContent = name; said.textContent = ''; }, 3000);
  });
}
`;
