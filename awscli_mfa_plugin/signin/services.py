"""The pages of the AWS console; completion reads them at each TAB, so this imports nothing."""

from __future__ import annotations

SERVICES = {
    "billing": "billing/home",
    "cloudformation": "cloudformation/home",
    "cloudfront": "cloudfront/v4/home",
    "cloudwatch": "cloudwatch/home",
    "dynamodb": "dynamodbv2/home",
    "ec2": "ec2/home",
    "ecr": "ecr/home",
    "ecs": "ecs/v2/home",
    "eks": "eks/home",
    "iam": "iam/home",
    "kms": "kms/home",
    "lambda": "lambda/home",
    "rds": "rds/home",
    "route53": "route53/v2/home",
    "s3": "s3/home",
    "secretsmanager": "secretsmanager/home",
    "sns": "sns/v3/home",
    "sqs": "sqs/v3/home",
    "ssm": "systems-manager/home",
    "vpc": "vpcconsole/home",
}
"""Where each service is in the console, by the name that the AWS CLI uses for it."""
