/**
 * Does what a person's browser does with a link: presses its button, signs in by this name at the authorization server of
 * the test kit, and comes back to the vault.
 */
export async function signInByName(link: string, name: string): Promise<void> {
  const cookies = new Map<string, string>();
  let url = new URL(link);
  let sent: RequestInit = { method: 'POST', headers: { origin: url.origin } };
  for (let step = 0; step < 10 && !url.pathname.startsWith('/connect/results/'); step++) {
    const headers = { ...sent.headers, cookie: [...cookies].map(pair => pair.join('=')).join('; ') };
    const response = await fetch(url, { ...sent, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(key, value);
    }
    const location = response.headers.get('location');
    sent = location === null ? { method: 'POST', body: new URLSearchParams({ name, decision: 'allow' }) } : {};
    url = new URL(location ?? url, url);
  }
}
