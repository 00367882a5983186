import { Command, Help, Option } from 'commander';
import { VERSION } from '../app/version.ts';
import { addFleetCommands } from './program-fleet.ts';
import { addSimulate } from './program-simulate.ts';
import { addTenantCommands } from './program-tenant.ts';

/** As commander writes it, and whether one can do without. */
function describe(option: Option): string {
  const description = new Help().optionDescription(option);
  return option.mandatory ? `${description} (required)` : description;
}

/**
 * Every command with its flags. What a command does is loaded when it runs: `tenant list` waits for no web server.
 */
export function buildProgram(): Command {
  const program = new Command('concierge')
    .description('Omni-channel unified inbox with one Postgres database per tenant.')
    .version(VERSION)
    .option('--verbose', 'more about an error')
    .exitOverride()
    .configureHelp({ optionDescription: describe })
    // One line, also where commander adds a guess on a second.
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) });

  program
    .command('start')
    .description('run the product; with no settings on an embedded Postgres')
    .addOption(
      new Option('--role <role>', 'what this process does').choices(['all', 'web', 'worker']).default('all'),
    )
    .option('--demo', 'make the demo tenant also on a Postgres of your own')
    .option('--no-demo', 'neither make it nor play its customers')
    .option('--json', 'one JSON document when it is ready')
    .action(async options => (await import('./commands/start.ts')).start(options));

  program
    .command('doctor')
    .description('check every part, say what is wrong and how to mend it')
    .option('--tenant <slug>', 'of the tenants only this one')
    .option('--json', 'one JSON document')
    .action(async options => (await import('./commands/doctor.ts')).doctor(options));

  addTenantCommands(program);
  addFleetCommands(program);
  addSimulate(program);
  return program;
}
