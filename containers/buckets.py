"""Makes buckets where they are missing: `python buckets.py NAME...`. Ends with 1 where the server does not answer."""

import os
import sys

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError

store = boto3.client(
    "s3",
    endpoint_url=os.environ["RECITAL_S3_ENDPOINT"],
    aws_access_key_id=os.environ["RECITAL_S3_ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["RECITAL_S3_SECRET_ACCESS_KEY"],
    region_name="us-east-1",
)
for name in sys.argv[1:]:
    try:
        store.create_bucket(Bucket=name)
    except EndpointConnectionError as failure:
        sys.exit(str(failure))
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise
