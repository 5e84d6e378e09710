import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';

/** Where the suite leaves its pictures, for people to look at. */
export const SCREENSHOTS = resolve('.cache/screenshots');

/** @param name the state that is seen, such as `cores-320-dark`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** Said once at the end of a spec file. */
export function tellWhere(): void {
  process.stdout.write(`Screenshots: ${SCREENSHOTS}\n`);
}
