/** Major versions of Rocket.Chat whose shapes the tests of this repository know. */
const TESTED_MAJORS = { from: 8, to: 9 };

/** For people. */
export const TESTED_VERSIONS = `${TESTED_MAJORS.from}.0 to ${TESTED_MAJORS.to}.x`;

/** @param version as `/api/info` tells it, such as `8.8` or `9.0.1`; undefined where it tells none. */
export function isTested(version: string): boolean | undefined {
  const major = /^v?(\d+)(\.|$)/.exec(version)?.[1];
  if (major === undefined) return undefined;
  return Number(major) >= TESTED_MAJORS.from && Number(major) <= TESTED_MAJORS.to;
}
