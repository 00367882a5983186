export { endSessions } from './end-sessions.ts';
export { fillTenant } from './fill-tenant.ts';
export { hashPassword, verifyNothing, verifyPassword } from './password.ts';
export { bindUserRoutes } from './user-routes.ts';
export { addUser, resetPassword } from './user-service.ts';
export { changeUser, findUser, insertUser, type NewUser, requireUser } from './user-store.ts';
