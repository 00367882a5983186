import { runSession } from './run-session.ts';
import { createWebClient } from './web-client.ts';

runSession(createWebClient);
