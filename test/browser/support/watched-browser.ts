import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const LOOPBACK = /^(?:(?:https?|wss?):\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?\/|data:|blob:|about:)/;

/** Chromium, with everything noted that a page must not do. */
export class WatchedBrowser {
  /** Console errors and warnings, uncaught errors, violated policies, requests to other machines. */
  readonly complaints: string[] = [];

  private readonly contexts: BrowserContext[] = [];

  private constructor(private readonly browser: Browser) {}

  static async launch(): Promise<WatchedBrowser> {
    const executablePath = process.env.RDZEN_RIG_CHROMIUM ?? '/usr/bin/chromium';
    return new WatchedBrowser(await chromium.launch({ executablePath, headless: true, args: FLAGS }));
  }

  /** A page in a profile of its own, with no memory of the others. */
  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-US',
      ...options,
    });
    this.contexts.push(context);
    await this.watch(context);
    return context.newPage();
  }

  /** Ends every visit, so that no page of one test works on behind the next. */
  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
  }

  /** What was complained of since the last call. */
  takeComplaints(): string[] {
    return this.complaints.splice(0);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  private async watch(context: BrowserContext): Promise<void> {
    const note = (text: string): void => void this.complaints.push(text);
    // Chromium reports violations on its console as well; this names the directive.
    await context.exposeFunction('noteViolation', (directive: string, blocked: string) =>
      note(`policy violated: ${directive} by ${blocked}`),
    );
    await context.addInitScript(
      `addEventListener('securitypolicyviolation', (e) => noteViolation(e.effectiveDirective, e.blockedURI));`,
    );
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) note(`console ${message.type()}: ${message.text()}`);
    });
    context.on('weberror', (error) => note(`uncaught: ${error.error().message}`));
    const check = (url: string): void => {
      if (!LOOPBACK.test(url)) note(`request leaves this machine: ${url}`);
    };
    context.on('request', (request) => check(request.url()));
    context.on('page', (page) => page.on('websocket', (socket) => check(socket.url())));
  }
}
