import process from 'node:process';
import { systemClock } from '../clock.ts';
import { helpText, readCommand } from '../config.ts';
import type { Finding } from '../server/doctor/finding.ts';
import { checkRedisAt } from '../server/doctor/redis.ts';
import { checkSetting } from '../server/doctor/setting.ts';
import { DEFAULT_REDIS_PREFIX } from '../server/engine.ts';

const ABOUT = [
  'arpeggio doctor: looks at the configuration, and at Redis where it names one, and says what to change.',
  '',
  'Usage: arpeggio doctor [--json] [options of the server]',
  '',
  'On Redis it writes one context where no server looks, which is gone within seconds; it listens to no port.',
  'It ends with 1 where anything fails, else with 0, and with 2 where the configuration can not be read.',
  '',
];

/** Looks at what the server would be started with. */
export async function doctor(args: readonly string[]): Promise<void> {
  const isJson = args.includes('--json');
  const others = args.filter((arg) => arg !== '--json');
  if (others.includes('--help') || others.includes('-h'))
    return console.log([...ABOUT, ...helpText().split('\n').slice(4)].join('\n'));
  try {
    const command = await readCommand({ args: others, env: process.env, cwd: process.cwd() });
    if (command.kind !== 'serve') return;
    const { options } = command;
    const { redisUrl, redisPrefix: prefix = DEFAULT_REDIS_PREFIX, redisTimeoutMs: timeoutMs = 5000 } = options;
    const findings = [...(await checkSetting(options))];
    const canBeAsked = redisUrl && findings[0]?.status === 'ok';
    if (canBeAsked) findings.push(...(await checkRedisAt({ url: redisUrl, prefix, timeoutMs, clock: systemClock() })));
    for (const finding of findings) console.log(isJson ? JSON.stringify(finding) : lineOf(finding));
    process.exitCode = findings.some(({ status }) => status === 'fail') ? 1 : 0;
  } catch (error) {
    console.error(`arpeggio: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}

function lineOf({ check, status, found, advice }: Finding): string {
  return `${status.padEnd(4)}  ${check.padEnd(16)}  ${found}${advice === undefined ? '' : `\n${' '.repeat(24)}${advice}`}`;
}
