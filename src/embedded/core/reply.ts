import type { ServerResponse } from 'node:http';

/** An answer in the making. Headers go out with the first line and not before, as Ollama does it. */
export class Reply {
  constructor(private readonly response: ServerResponse) {}

  get started(): boolean {
    return this.response.headersSent;
  }

  json(status: number, body: object): void {
    this.send(status, 'application/json; charset=utf-8', JSON.stringify(body));
  }

  text(status: number, body: string, headers: Record<string, string> = {}): void {
    this.send(status, 'text/plain', body, headers);
  }

  line(body: object): void {
    if (this.response.destroyed) return;
    if (!this.started) this.response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    this.response.write(`${JSON.stringify(body)}\n`);
  }

  end(): void {
    this.response.end();
  }

  private send(
    status: number,
    contentType: string,
    body: string,
    headers: Record<string, string> = {},
  ): void {
    if (this.response.destroyed) return;
    this.response
      .writeHead(status, {
        'Content-Type': contentType,
        'Content-Length': Buffer.byteLength(body),
        ...headers,
      })
      .end(body);
  }
}
