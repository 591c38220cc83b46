# Recital in one image: `recital serve`, `recital worker` and every other command.
#
#     docker build --tag recital .
#     docker run --publish 127.0.0.1:8000:8000 --volume recital:/data recital
#
# With no settings everything is embedded in the volume /data. compose.yaml has the parts apart.

FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY requirements.lock ./
RUN python -m venv /recital \
    && /recital/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY . .
# By this stage's own Python, so that the Node that it may bring along stays here
RUN python web/build.py \
    && /recital/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --home-dir /data --no-log-init --shell /usr/sbin/nologin recital \
    && install --directory --owner recital --group recital --mode 700 /data
COPY --from=build /recital /recital
ENV PATH=/recital/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    RECITAL_DATA_DIR=/data \
    RECITAL_HOST=0.0.0.0
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# A worker is asked another way: compose.yaml has it.
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s CMD ["recital", "health"]
CMD ["recital", "serve"]
