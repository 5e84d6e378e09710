import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { formatDuration, parseDuration } from '../shared/duration';
import { utcStamp } from '../shared/utc-stamp';
import { texts } from '../texts/texts';
import { HOUR_MS, LONGEST_REPORT_HOURS } from './availability-report';
import { AvailabilityReports } from './availability-reports.service';

const LONGEST_MS = LONGEST_REPORT_HOURS * HOUR_MS;
const LONGEST = formatDuration(LONGEST_MS);
const DAY_MS = 24 * HOUR_MS;

@Injectable()
export class ReportCommands {
  constructor(private readonly reports: AvailabilityReports) {}

  @ChatCommand({ name: 'report', audience: 'operator' })
  async report({ arguments: words, language }: CommandCall): Promise<string> {
    const text = texts(language);
    const forMs = words.length === 0 ? DAY_MS : parseDuration(words.join(''));
    if (forMs === undefined || forMs > LONGEST_MS) return text.reportUsage({ longest: LONGEST });
    const { since, cut, answers, ...rest } = await this.reports.of(forMs);
    const { since: answersSince, ...figures } = answers;
    return text.report({
      ...rest,
      ...figures,
      period: forMs === DAY_MS ? '24h' : formatDuration(forMs),
      ...(cut ? { since: utcStamp(since) } : {}),
      ...(answersSince > since ? { answersSince: utcStamp(answersSince) } : {}),
    });
  }
}
