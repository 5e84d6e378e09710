import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings';

const EVERYWHERE = ['0.0.0.0', '::'];

/** Addresses of reports, as people open them: below `RDZEN_URL`, else as a person on this machine can. */
@Injectable()
export class ReportLinks {
  constructor(private readonly settings: Settings) {}

  page(id: string): string {
    return `${this.base()}/api/v1/trials/${id}/page`;
  }

  private base(): string {
    const { RDZEN_URL: url, RDZEN_BIND: bind, RDZEN_PORT: port } = this.settings;
    if (url !== undefined) return url.replace(/\/+$/, '');
    const host = EVERYWHERE.includes(bind) ? '127.0.0.1' : bind.includes(':') ? `[${bind}]` : bind;
    return `http://${host}:${port}`;
  }
}
