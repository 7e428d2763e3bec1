const { info, warn } = console;

/** oidc-provider tells about Node versions and features when it is loaded; import this file before it. */
console.info = unlessItsOwn(info);
console.warn = unlessItsOwn(warn);

function unlessItsOwn(print: typeof console.info): typeof console.info {
  return (...words) => {
    if (!String(words[0]).includes('oidc-provider ')) print(...words);
  };
}
