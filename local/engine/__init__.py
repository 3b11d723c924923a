"""A local emulation of Amazon ECR's pull-through cache, on top of ministack.

ministack brings CloudFormation, IAM, EventBridge, CloudWatch, SNS, SQS and Lambda; this package adds what it lacks of
ECR and mends the gaps that such a stack meets. It shows our reading of AWS and is never verified on AWS: `readings.py`
lists what is read into the documentation.
"""
