/** Signs that a chat gives a meaning of its own. */
const MARKUP = /[`*_~[\]<>|\\]/g;

/** Names may stand in it without anybody being paged by them. */
export function silent(text: string): string {
  return text.replace(/@(?=\w)/g, '@\u200b');
}

/**
 * Words of others as they may stand in a line of ours: nobody is paged by them, nothing of them is markup or a link, and
 * they stay in their line.
 */
export function forChat(text: string): string {
  return silent(text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' '))
    .replace(/:\/\//g, ':\u200b//')
    .replace(MARKUP, (sign) => `\\${sign}`)
    .trim();
}
