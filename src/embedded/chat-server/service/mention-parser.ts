/** `@name`, not preceded by a character that would make it part of a word or an address. */
const MENTION = /(?<![\w@./-])@([\w.-]+)/g;
const CHANNEL = /(?<![\w#/&])#([\w.-]+)/g;
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`)\]]+/g;

export interface Mentioned {
  /** Names to look up: as written, then without trailing punctuation. */
  usernames: string[];
  /** `all`, `here`. */
  broadcasts: string[];
  channels: string[];
  urls: string[];
}

export function parseMentions(text: string): Mentioned {
  const names = candidates(text, MENTION);
  return {
    usernames: names.filter((name) => name !== 'all' && name !== 'here'),
    broadcasts: names.filter((name) => name === 'all' || name === 'here'),
    channels: candidates(text, CHANNEL),
    urls: [...new Set(text.match(ADDRESS) ?? [])],
  };
}

function candidates(text: string, pattern: RegExp): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(pattern)) {
    const name = match[1] ?? '';
    found.add(name);
    found.add(name.replace(/[.-]+$/, ''));
  }
  found.delete('');
  return [...found];
}
