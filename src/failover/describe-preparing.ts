import type { Preparing } from '../built-in-engine/preparing';

const MEGABYTE = 1e6;

/** `fetching the model x: 40 % (40 of 98 MB), 5.1 MB/s, 12 s left`, as far as it is known. */
export function describePreparing(preparing: Preparing): string {
  const { detail, receivedBytes, totalBytes, bytesPerSecond, secondsLeft } = preparing;
  const parts: string[] = [];
  if (receivedBytes !== undefined && totalBytes) {
    const percent = Math.floor((receivedBytes / totalBytes) * 100);
    parts.push(`${percent} % (${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB)`);
  } else if (receivedBytes !== undefined) parts.push(`${megabytes(receivedBytes)} MB`);
  if (bytesPerSecond !== undefined) parts.push(`${(bytesPerSecond / MEGABYTE).toFixed(1)} MB/s`);
  if (secondsLeft !== undefined) parts.push(`${Math.ceil(secondsLeft)} s left`);
  return parts.length > 0 ? `${detail}: ${parts.join(', ')}` : detail;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / MEGABYTE);
}
