/* The part of the Java Native Interface that the recipe for Android uses, with the types of the NDK's header; for a test that has no NDK. */
#ifndef TEST_JNI_H
#define TEST_JNI_H

#include <stdint.h>

typedef uint8_t jboolean;
typedef int8_t jbyte;
typedef int32_t jint;
typedef jint jsize;
typedef void *jobject;
typedef jobject jbyteArray;
typedef struct method *jmethodID;

#define JNI_OK 0
#define JNI_EDETACHED (-2)
#define JNI_VERSION_1_6 0x00010006

typedef const struct JNINativeInterface *JNIEnv;
typedef const struct JNIInvokeInterface *JavaVM;

struct JNINativeInterface {
    jboolean (*ExceptionCheck)(JNIEnv *);
    void (*ExceptionClear)(JNIEnv *);
    void (*DeleteLocalRef)(JNIEnv *, jobject);
    jint (*CallIntMethod)(JNIEnv *, jobject, jmethodID, ...);
    jobject (*CallObjectMethod)(JNIEnv *, jobject, jmethodID, ...);
    void (*CallVoidMethod)(JNIEnv *, jobject, jmethodID, ...);
    jbyteArray (*NewByteArray)(JNIEnv *, jsize);
    jsize (*GetArrayLength)(JNIEnv *, jobject);
    void (*GetByteArrayRegion)(JNIEnv *, jbyteArray, jsize, jsize, jbyte *);
    void (*SetByteArrayRegion)(JNIEnv *, jbyteArray, jsize, jsize, const jbyte *);
};

struct JNIInvokeInterface {
    jint (*GetEnv)(JavaVM *, void **, jint);
    jint (*AttachCurrentThread)(JavaVM *, JNIEnv **, void *);
    jint (*DetachCurrentThread)(JavaVM *);
};

#endif
