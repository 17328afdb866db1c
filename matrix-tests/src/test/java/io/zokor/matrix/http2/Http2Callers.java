package io.zokor.matrix.http2;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The clients. */
enum Http2Callers {
    /** That of the JDK; in the clear it knows no prior knowledge. */
    JDK(false) {
        @Override
        Http2Caller open(Identity trusted) {
            java.net.http.HttpClient client = java.net.http.HttpClient.newBuilder()
                    .sslContext(TestCertificates.trusting(trusted)).build();
            return new Http2Caller() {

                @Override
                public Answer post(URI to, byte[] body) throws Exception {
                    HttpResponse<byte[]> response = client.send(
                            HttpRequest.newBuilder(to).header("Content-Type", BINARY)
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                            HttpResponse.BodyHandlers.ofByteArray());
                    String version = response.version() == java.net.http.HttpClient.Version.HTTP_2 ? "2" : "1.1";
                    return new Answer(version, response.statusCode(), response.body());
                }

                @Override
                public void close() {
                    client.close();
                }
            };
        }
    },
    /** OkHttp. */
    OKHTTP(true) {
        @Override
        Http2Caller open(Identity trusted) throws Exception {
            SSLContext context = TestCertificates.trusting(trusted);
            OkHttpClient tls = new OkHttpClient.Builder().sslSocketFactory(context.getSocketFactory(), trust(trusted))
                    .build();
            OkHttpClient plain = new OkHttpClient.Builder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
            return new Http2Caller() {

                @Override
                public Answer post(URI to, byte[] body) throws Exception {
                    OkHttpClient client = to.getScheme().equals("https") ? tls : plain;
                    Request request = new Request.Builder().url(to.toString())
                            .post(RequestBody.create(body, MediaType.parse(BINARY))).build();
                    try (Response response = client.newCall(request).execute()) {
                        boolean two = response.protocol() == Protocol.HTTP_2
                                || response.protocol() == Protocol.H2_PRIOR_KNOWLEDGE;
                        return new Answer(two ? "2" : "1.1", response.code(), response.body().bytes());
                    }
                }

                @Override
                public void close() {
                    tls.connectionPool().evictAll();
                    plain.connectionPool().evictAll();
                    tls.dispatcher().executorService().shutdown();
                    plain.dispatcher().executorService().shutdown();
                }
            };
        }
    },
    /** Apache HttpClient 5. */
    APACHE(true) {
        @Override
        Http2Caller open(Identity trusted) {
            CloseableHttpAsyncClient tls = apache(trusted, HttpVersionPolicy.NEGOTIATE);
            CloseableHttpAsyncClient plain = apache(trusted, HttpVersionPolicy.FORCE_HTTP_2);
            return new Http2Caller() {

                @Override
                public Answer post(URI to, byte[] body) throws Exception {
                    SimpleHttpRequest request = SimpleRequestBuilder.post(to)
                            .setBody(body, ContentType.APPLICATION_OCTET_STREAM).build();
                    SimpleHttpResponse response = (to.getScheme().equals("https") ? tls : plain).execute(request, null)
                            .get();
                    return new Answer(response.getVersion().getMajor() == 2 ? "2" : "1.1", response.getCode(),
                            response.getBodyBytes());
                }

                @Override
                public void close() throws Exception {
                    tls.close();
                    plain.close();
                }
            };
        }

        private static CloseableHttpAsyncClient apache(Identity trusted, HttpVersionPolicy policy) {
            CloseableHttpAsyncClient client = HttpAsyncClients.custom()
                    .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                            .setTlsStrategy(ClientTlsStrategyBuilder.create()
                                    .setSslContext(TestCertificates.trusting(trusted)).buildAsync())
                            .setDefaultTlsConfig(TlsConfig.custom().setVersionPolicy(policy).build()).build())
                    .build();
            client.start();
            return client;
        }
    },
    /** That of Jetty. */
    JETTY(true) {
        @Override
        Http2Caller open(Identity trusted) throws Exception {
            ClientConnector connector = new ClientConnector();
            SslContextFactory.Client tls = new SslContextFactory.Client();
            tls.setSslContext(TestCertificates.trusting(trusted));
            connector.setSslContextFactory(tls);
            HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client(connector)));
            client.start();
            return new Http2Caller() {

                @Override
                public Answer post(URI to, byte[] body) throws Exception {
                    ContentResponse response = client.POST(to).body(new BytesRequestContent(BINARY, body)).send();
                    return new Answer(response.getVersion().getVersion() == 20 ? "2" : "1.1", response.getStatus(),
                            response.getContent());
                }

                @Override
                public void close() throws Exception {
                    client.stop();
                }
            };
        }
    };

    private static final String BINARY = "application/octet-stream";

    private final boolean priorKnowledge;

    Http2Callers(boolean priorKnowledge) {
        this.priorKnowledge = priorKnowledge;
    }

    boolean hasPriorKnowledge() {
        return priorKnowledge;
    }

    /** Makes one that trusts a server. */
    abstract Http2Caller open(Identity trusted) throws Exception;

    private static X509TrustManager trust(Identity trusted) throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(TestCertificates.trustStore(trusted));
        return (X509TrustManager) factory.getTrustManagers()[0];
    }
}
