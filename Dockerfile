# The daemon for a team. Linted, not built, where the project is made: there is no Docker.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node esbuild.js

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    APIKEYROUTER_HOME=/data \
    APIKEYROUTER_HOST=0.0.0.0 \
    APIKEYROUTER_PORT=8484 \
    APIKEYROUTER_LOG=- \
    APIKEYROUTER_KEYCHAIN=off
COPY --from=build /build/dist/*.cjs /build/dist/*.node /app/
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8484
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8484/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/cli.cjs"]
CMD ["serve", "--no-import"]
