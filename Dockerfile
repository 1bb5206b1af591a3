# The gateway. Not built by the project's own checks; plain on purpose.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN mkdir -p /config/moa /data && chown -R node:node /config /data
USER node
VOLUME ["/data"]
EXPOSE 4020
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4020/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js"]
# Refuses to start until a key exists: docker run … keys create NAME
CMD ["serve", "--host", "0.0.0.0", "--log", "json"]
