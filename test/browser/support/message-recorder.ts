import type { Page } from 'playwright-core';

/** Each state in which the page showed its messages, in order. */
export interface Recording {
  /** Message ids, as they stood one below the other. */
  orders: string[][];
  /** The states of each message's text, without white space. */
  texts: Record<string, string[]>;
  /** Ids of messages whose element was exchanged for another. */
  replaced: string[];
  /** What the line over the composer said about who types. */
  typing: string[];
}

/** Runs in the page: looks after every change, which is more often than anything is painted. */
const RECORDER = `(box) => {
  const recording = { orders: [], texts: {}, replaced: [], typing: [] };
  const line = document.getElementById('typing');
  const nodes = new Map();
  const look = () => {
    if (line.textContent !== recording.typing.at(-1)) recording.typing.push(line.textContent);
    const messages = [...box.querySelectorAll('.message')];
    const order = messages.map((node) => node.dataset.id);
    if (JSON.stringify(order) !== JSON.stringify(recording.orders.at(-1))) recording.orders.push(order);
    for (const node of messages) {
      const { id } = node.dataset;
      if (nodes.has(id) && nodes.get(id) !== node) recording.replaced.push(id);
      nodes.set(id, node);
      const text = (node.querySelector('.text') ?? node).textContent.replace(/\\s+/g, '');
      const states = (recording.texts[id] ??= []);
      if (states.at(-1) !== text) states.push(text);
    }
  };
  const observer = new MutationObserver(look);
  for (const node of [box, line]) observer.observe(node, { childList: true, subtree: true, characterData: true });
  look();
  window.messageRecording = recording;
}`;

export async function startRecording(page: Page, boxId = 'messages'): Promise<void> {
  await page.evaluate(`(${RECORDER})(document.getElementById(${JSON.stringify(boxId)}))`);
}

export async function recording(page: Page): Promise<Recording> {
  return page.evaluate<Recording>('window.messageRecording');
}

/** The states that do not begin with the state before them: where a reader would see words taken back. */
export function shrunk(states: readonly string[]): { before: string; after: string }[] {
  return states.flatMap((after, index) => {
    const before = states[index - 1] ?? '';
    return after.startsWith(before) ? [] : [{ before: before.slice(-60), after: after.slice(-60) }];
  });
}

/** From now on notes whatever a person would call an error, however shortly it is seen. */
export async function watchForErrors(page: Page): Promise<void> {
  await page.evaluate(`{
    window.errorsSeen = [];
    const look = () => {
      for (const node of document.querySelectorAll('.error, #link'))
        if (node.offsetParent !== null && node.textContent) window.errorsSeen.push(node.textContent);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true });
  }`);
}

export async function errorsSeen(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('window.errorsSeen');
}
