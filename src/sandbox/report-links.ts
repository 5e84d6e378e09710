import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings';

const EVERYWHERE = ['0.0.0.0', '::'];

/** Addresses of reports, as a person on this machine can open them. */
@Injectable()
export class ReportLinks {
  constructor(private readonly settings: Settings) {}

  page(id: string): string {
    const { RDZEN_BIND: bind, RDZEN_PORT: port } = this.settings;
    const host = EVERYWHERE.includes(bind) ? '127.0.0.1' : bind.includes(':') ? `[${bind}]` : bind;
    return `http://${host}:${port}/api/v1/trials/${id}/page`;
  }
}
