import { $ } from './shared/dom.js';

// Only a page of this console: an address elsewhere would be an open redirect.
const back = /^(?:[a-z]+\.html)?(?:\?[^#]*)?(?:#.*)?$/.exec(new URLSearchParams(location.search).get('back') ?? '')?.[0];

async function session(method, headers = {}) {
  const answer = await fetch('console/session', { method, headers });
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.detail ?? `the server answered ${answer.status}`);
}

$('signin').addEventListener('submit', async event => {
  event.preventDefault();
  try {
    await session('POST', { authorization: `Bearer ${$('key').value.trim()}` });
    location.assign(`./${back ?? ''}`); // the shop has no file's name
  } catch (error) {
    $('told').textContent = error.message;
  }
});

$('signout').addEventListener('click', async () => {
  await session('DELETE');
  $('told').textContent = 'Signed out.';
});
