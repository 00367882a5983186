export { widgetAdapter } from './widget-adapter.ts';
