import { ConnectionRecords } from '../../connect/connection-records.ts';
import { stateOf } from '../../connect/connections.ts';
import { toolById } from '../../connect/tools.ts';
import { type Check, type Finding, note } from './check.ts';

/** Tools that were connected: whether what was written still stands, and leads to where the daemon is. */
export const toolsCheck: Check = {
  name: 'tools',
  look: ({ folder, endpoint }) => {
    const records = new ConnectionRecords(folder).list();
    if (records.length === 0)
      return note('No tool is connected.', '"apikeyrouter connect" lists those that can be.');
    return records.map((record): Finding => {
      const { tool, project, url } = record;
      const { name } = toolById(tool);
      const again = `Connect it again: "apikeyrouter connect ${tool}${project === null ? '' : ` --project "${project}"`}".`;
      if (stateOf(record) === 'changed') {
        return {
          verdict: 'note',
          text: `The configuration of ${name} was changed since it was connected.`,
          remedy: again,
        };
      }
      if (endpoint && url !== `http://127.0.0.1:${endpoint.port}`) {
        return {
          verdict: 'wrong',
          text: `${name} sends its requests to ${url}, where the daemon is not.`,
          remedy: again,
        };
      }
      return { verdict: 'ok', text: `${name} is connected${project === null ? '' : ` in ${project}`}` };
    });
  },
};
