import type { Locator, Page } from 'playwright-core';

const ANSWER_MS = 20_000;

/** A person at the chat page: what they can see and do, by what stands there. */
export class ChatPage {
  readonly composer: Locator;
  readonly threadComposer: Locator;
  readonly messages: Locator;
  readonly threadMessages: Locator;
  readonly typing: Locator;
  readonly notices: Locator;

  constructor(readonly page: Page) {
    this.composer = page.locator('#text');
    this.threadComposer = page.locator('#thread-text');
    this.messages = page.locator('#messages .message:not(.system):not(.notice)');
    this.threadMessages = page.locator('#thread-messages .message:not(.notice)');
    this.typing = page.locator('#typing');
    this.notices = page.locator('#messages .message.notice');
  }

  static async open(page: Page, url: string): Promise<ChatPage> {
    await page.goto(url);
    return new ChatPage(page);
  }

  async enter(name: string, adminKey?: string): Promise<this> {
    await this.page.locator('#enter-name').fill(name);
    if (adminKey !== undefined) {
      await this.page.locator('#enter summary').click();
      await this.page.locator('#enter-key').fill(adminKey);
    }
    await this.page.locator('#enter button[type=submit]').click();
    await this.page.locator('#app').waitFor();
    await this.connected();
    return this;
  }

  /** The rooms are there, and nothing is said about the connection. */
  async connected(): Promise<void> {
    await this.page.locator('.room').first().waitFor();
    await this.page.locator('#link').waitFor({ state: 'hidden' });
  }

  async openRoom(name: string): Promise<void> {
    await this.page.locator('#rooms .room', { hasText: name }).click();
    await this.page.locator('#room-name', { hasText: name }).waitFor();
  }

  async askAssistant(): Promise<void> {
    await this.page.locator('#ask').click();
    await this.page.locator('#room-name', { hasText: 'system-bot' }).waitFor();
  }

  async say(text: string): Promise<Locator> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    return this.own(text);
  }

  own(text: string): Locator {
    return this.messages.filter({ has: this.page.locator('.text'), hasText: text });
  }

  /** The text of the message at that place (counted from 1), once the assistant has finished it. */
  async finishedAnswer(messages: Locator, place: number, withinMs = ANSWER_MS): Promise<string> {
    const answer = messages.nth(place - 1);
    await answer.locator('.avatar.bot').waitFor({ timeout: withinMs });
    await answer.and(this.page.locator('[aria-busy=false]')).waitFor({ timeout: withinMs });
    return answer.locator('.text').innerText();
  }

  /** Elements wider than the place they have, by id or class; empty when nothing must be scrolled sideways. */
  async tooWide(): Promise<string[]> {
    return this.page.evaluate<
      string[]
    >(`[document.documentElement, ...document.querySelectorAll('.messages, .sidebar, dialog, .card')]
      .filter((box) => box.offsetParent !== null || box === document.documentElement || box.open)
      .filter((box) => box.scrollWidth > Math.min(box.clientWidth, innerWidth))
      .map((box) => (box.id || box.className || box.tagName) + ': ' + box.scrollWidth + ' > ' + box.clientWidth)`);
  }
}
